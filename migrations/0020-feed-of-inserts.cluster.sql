-- Changes of one pod that two inserts store in one millisecond are two: each has the nanoseconds of its insert. Lines without a uid
-- are of the pod with their name in their own cluster: until now the feed named the cluster ''.

ALTER TABLE pod_change_feed_of_pods ON CLUSTER {cluster} MODIFY QUERY
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'fact' AS source, uid, toUInt64(0) AS life, '' AS cluster, '' AS node,
       toString(toUnixTimestamp64Nano(now64(9))) AS detail
FROM pods_local AS pods;

ALTER TABLE pod_change_feed_of_lives ON CLUSTER {cluster} MODIFY QUERY
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'fact' AS source, pod_uid AS uid, toUInt64(0) AS life, '' AS cluster, '' AS node,
       toString(toUnixTimestamp64Nano(now64(9))) AS detail
FROM lives_local AS lives;

ALTER TABLE pod_change_feed_of_events ON CLUSTER {cluster} MODIFY QUERY
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'fact' AS source, involved_uid AS uid, toUInt64(0) AS life, '' AS cluster, '' AS node,
       toString(toUnixTimestamp64Nano(now64(9))) AS detail
FROM events_local AS events
WHERE involved_kind = 'Pod' AND involved_uid != '';

ALTER TABLE pod_change_feed_of_line_counts ON CLUSTER {cluster} MODIFY QUERY
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'lines' AS source,
       if(pod_uid != '', pod_uid, concat('unresolved:', lines_of_lives.cluster, '/', namespace, '/', pod)) AS uid,
       cityHash64(toString(container), restart, container_id) AS life, '' AS cluster, '' AS node,
       toString(toUnixTimestamp64Nano(now64(9))) AS detail
FROM lines_of_lives_local AS lines_of_lives;

ALTER TABLE pod_change_feed_of_nodes ON CLUSTER {cluster} MODIFY QUERY
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'node' AS source, '' AS uid, toUInt64(0) AS life, cluster,
       toString(node_states.node) AS node, toString(toUnixTimestamp64Nano(now64(9))) AS detail
FROM node_states_local AS node_states;

-- Lines of such pods from before.
INSERT INTO pod_change_feed (at, tenant, source, uid, life, cluster, node, detail)
SELECT DISTINCT now64(3, 'UTC'), tenant, 'lines', concat('unresolved:', lines_of_lives.cluster, '/', namespace, '/', pod),
       cityHash64(toString(container), restart, container_id), '', '', toString(toUnixTimestamp64Nano(now64(9)))
FROM lines_of_lives
WHERE pod_uid = '' AND lines_of_lives.cluster != '';
