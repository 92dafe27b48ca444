-- The same by the network that the server is in, as far as evidence says it: the first 24 bits of its address (IPv4) or 48
-- (IPv6). Whose network that is, a registry says. Evidence does not record the viewer's own network.
SELECT
  COALESCE(host_network, '') AS network,
  COUNT(*) AS stall_count,
  COUNT(DISTINCT host) AS servers,
  SUM(duration_us) AS stalled_us,
  SUM(CASE WHEN zone_interconnect THEN 1 ELSE 0 END) AS interconnect_possible,
  SUM(CASE WHEN zone_interconnect AND zones_count = 1 THEN 1 ELSE 0 END) AS interconnect_alone,
  SUM(CASE WHEN cleared_interconnect THEN 1 ELSE 0 END) AS interconnect_ruled_out
FROM stalls
GROUP BY COALESCE(host_network, '')
ORDER BY stall_count DESC, network
LIMIT 100
