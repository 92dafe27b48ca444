-- The servers with the most stalls. A server is where data was asked for, not who is to blame: `server_possible` counts the
-- stalls that can have come from it or from behind it, `server_alone` those that can have come from nowhere else.
SELECT
  COALESCE(host, '') AS server,
  COUNT(*) AS stall_count,
  SUM(duration_us) AS stalled_us,
  SUM(CASE WHEN zone_edge OR zone_origin THEN 1 ELSE 0 END) AS server_possible,
  SUM(CASE WHEN (zone_edge OR zone_origin) AND NOT (zone_device OR zone_player OR zone_home OR zone_access OR zone_interconnect)
      THEN 1 ELSE 0 END) AS server_alone,
  SUM(CASE WHEN cleared_edge AND cleared_origin THEN 1 ELSE 0 END) AS server_ruled_out
FROM stalls
GROUP BY COALESCE(host, '')
ORDER BY stall_count DESC, server
LIMIT 100
