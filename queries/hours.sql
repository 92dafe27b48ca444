-- The hours of the day, in UTC. Many stalls in the evening are many viewers in the evening first of all: compare the columns
-- with each other, not the hours. Stalls whose evidence has no date are left out.
SELECT
  began_hour_utc AS hour_utc,
  COUNT(*) AS stall_count,
  COUNT(DISTINCT began_date_utc) AS days,
  SUM(duration_us) AS stalled_us,
  SUM(CASE WHEN zone_access OR zone_interconnect THEN 1 ELSE 0 END) AS between_possible,
  SUM(CASE WHEN cleared_access AND cleared_interconnect THEN 1 ELSE 0 END) AS between_ruled_out
FROM stalls
WHERE began_hour_utc IS NOT NULL
GROUP BY began_hour_utc
ORDER BY hour_utc
