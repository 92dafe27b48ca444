-- Which mechanisms there were (docs/causes.md).
SELECT
  cause,
  COUNT(*) AS stall_count,
  SUM(duration_us) AS stalled_us,
  MAX(duration_us) AS longest_us
FROM stalls
GROUP BY cause
ORDER BY stall_count DESC, cause
