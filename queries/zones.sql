-- Where stalls can have come from. `possible`: the verdict's set has the zone. `alone`: it has no other. `ruled_out`: the
-- evidence clears the zone. `direct_total_us`: time of stages that can be nowhere else. `believed_total_us`: its part, by
-- likelihood, of time that evidence told apart; home and access, and edge and origin, are seldom told from each other.
WITH by_zone AS (
  SELECT 1 AS place, 'device' AS zone, zone_device AS possible, zones_count = 1 AND zone_device AS alone,
         cleared_device AS cleared, direct_device_us AS direct_us, believed_device_us AS believed_us FROM stalls
  UNION ALL
  SELECT 2, 'player', zone_player, zones_count = 1 AND zone_player, cleared_player, direct_player_us, believed_player_us FROM stalls
  UNION ALL
  SELECT 3, 'home', zone_home, zones_count = 1 AND zone_home, cleared_home, direct_home_us, believed_home_us FROM stalls
  UNION ALL
  SELECT 4, 'access', zone_access, zones_count = 1 AND zone_access, cleared_access, direct_access_us, believed_access_us FROM stalls
  UNION ALL
  SELECT 5, 'interconnect', zone_interconnect, zones_count = 1 AND zone_interconnect, cleared_interconnect, direct_interconnect_us, believed_interconnect_us FROM stalls
  UNION ALL
  SELECT 6, 'edge', zone_edge, zones_count = 1 AND zone_edge, cleared_edge, direct_edge_us, believed_edge_us FROM stalls
  UNION ALL
  SELECT 7, 'origin', zone_origin, zones_count = 1 AND zone_origin, cleared_origin, direct_origin_us, believed_origin_us FROM stalls
)
SELECT
  zone,
  SUM(CASE WHEN possible THEN 1 ELSE 0 END) AS possible_stalls,
  SUM(CASE WHEN alone THEN 1 ELSE 0 END) AS alone_stalls,
  SUM(CASE WHEN cleared THEN 1 ELSE 0 END) AS ruled_out_stalls,
  SUM(direct_us) AS direct_total_us,
  SUM(believed_us) AS believed_total_us
FROM by_zone
GROUP BY place, zone
ORDER BY place
