-- How long stalls are, by cause: median and 95th percentile, by rank, since the engines' own functions estimate differently.
WITH ranked AS (
  SELECT
    cause,
    duration_us,
    ROW_NUMBER() OVER (PARTITION BY cause ORDER BY duration_us, sha256) AS place,
    COUNT(*) OVER (PARTITION BY cause) AS of_cause
  FROM stalls
)
SELECT
  cause,
  MAX(of_cause) AS stall_count,
  MIN(CASE WHEN place * 2 >= of_cause THEN duration_us END) AS median_us,
  MIN(CASE WHEN place * 100 >= of_cause * 95 THEN duration_us END) AS percentile_95_us,
  MAX(duration_us) AS longest_us
FROM ranked
GROUP BY cause
ORDER BY cause
