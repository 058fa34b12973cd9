-- The cluster form of 0033-oom-memory.sql, which says what the lines are for.
ALTER TABLE kernel_ooms_of_logs_distributed ON CLUSTER {cluster} MODIFY QUERY
SELECT tenant, ts, identity, message
FROM logs_local AS logs
WHERE pod = '' AND namespace = '' AND (message LIKE '%oom-kill:%' OR message LIKE '%killed as a result of limit of%'
    OR message LIKE '%Killed process %anon-rss:%');

ALTER TABLE pod_change_feed_of_kernel ON CLUSTER {cluster} MODIFY QUERY
SELECT now64(3, 'UTC') AS at, tenant, 'kernel' AS source, '' AS uid, toUInt64(0) AS life, '' AS cluster, '' AS node,
       concat(toString(toUnixTimestamp64Nano(kernel_ooms.ts)), ' ', message) AS detail
FROM kernel_ooms_local AS kernel_ooms;

INSERT INTO kernel_ooms (tenant, ts, identity, message)
SELECT tenant, ts, identity, message
FROM logs
WHERE pod = '' AND namespace = '' AND message LIKE '%Killed process %anon-rss:%';
