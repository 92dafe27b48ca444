-- What changed with a date, zone by zone: of all stalls, the share that can have come from the zone, before and from that
-- date on. The interval is that of Agresti and Caffo (2000) for the difference of two shares, 95 %. If it holds 0, the
-- difference may be chance; seven zones are seven tries, and stalls of one evening are not independent: be slow to conclude.
-- Stalls whose evidence has no date are on neither side. Evidence is of stalls alone: of how often playback stalls at all it
-- says nothing.
WITH cut AS (
  SELECT '2026-01-31' AS cut_date -- the date, in UTC
),
by_zone AS (
  SELECT 1 AS place, 'device' AS zone, zone_device AS possible, zones_count = 1 AND zone_device AS alone,
         began_date_utc AS began FROM stalls
  UNION ALL
  SELECT 2, 'player', zone_player, zones_count = 1 AND zone_player, began_date_utc FROM stalls
  UNION ALL
  SELECT 3, 'home', zone_home, zones_count = 1 AND zone_home, began_date_utc FROM stalls
  UNION ALL
  SELECT 4, 'access', zone_access, zones_count = 1 AND zone_access, began_date_utc FROM stalls
  UNION ALL
  SELECT 5, 'interconnect', zone_interconnect, zones_count = 1 AND zone_interconnect, began_date_utc FROM stalls
  UNION ALL
  SELECT 6, 'edge', zone_edge, zones_count = 1 AND zone_edge, began_date_utc FROM stalls
  UNION ALL
  SELECT 7, 'origin', zone_origin, zones_count = 1 AND zone_origin, began_date_utc FROM stalls
),
counts AS (
  SELECT
    place,
    zone,
    SUM(CASE WHEN began < cut_date THEN 1 ELSE 0 END) AS n1,
    SUM(CASE WHEN began < cut_date AND possible THEN 1 ELSE 0 END) AS x1,
    SUM(CASE WHEN began < cut_date AND alone THEN 1 ELSE 0 END) AS alone1,
    SUM(CASE WHEN began >= cut_date THEN 1 ELSE 0 END) AS n2,
    SUM(CASE WHEN began >= cut_date AND possible THEN 1 ELSE 0 END) AS x2,
    SUM(CASE WHEN began >= cut_date AND alone THEN 1 ELSE 0 END) AS alone2
  FROM by_zone CROSS JOIN cut
  GROUP BY place, zone
),
shares AS (
  SELECT *, CAST(x1 + 1 AS DOUBLE) / (n1 + 2) AS p1, CAST(x2 + 1 AS DOUBLE) / (n2 + 2) AS p2 FROM counts
),
margins AS (
  SELECT *, 1.959964 * SQRT(p1 * (1 - p1) / (n1 + 2) + p2 * (1 - p2) / (n2 + 2)) AS margin FROM shares
)
SELECT
  zone,
  n1 AS stalls_before,
  x1 AS possible_before,
  alone1 AS alone_before,
  n2 AS stalls_after,
  x2 AS possible_after,
  alone2 AS alone_after,
  CAST(x2 AS DOUBLE) / NULLIF(n2, 0) - CAST(x1 AS DOUBLE) / NULLIF(n1, 0) AS share_difference,
  p2 - p1 - margin AS share_difference_low,
  p2 - p1 + margin AS share_difference_high
FROM margins
ORDER BY place
