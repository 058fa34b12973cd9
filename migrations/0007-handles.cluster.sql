-- The cluster form of 0007-handles.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.
-- Lines lie by the names of their pod, these tables by its uid: the views of lines write through the distributed tables.

ALTER TABLE pods_seen_local ON CLUSTER {cluster}
    ADD COLUMN IF NOT EXISTS line_first SimpleAggregateFunction(min, Int64) DEFAULT 9223372036854775807,
    ADD COLUMN IF NOT EXISTS line_last SimpleAggregateFunction(max, Int64) DEFAULT 0;

ALTER TABLE pods_seen ON CLUSTER {cluster}
    ADD COLUMN IF NOT EXISTS line_first SimpleAggregateFunction(min, Int64) DEFAULT 9223372036854775807,
    ADD COLUMN IF NOT EXISTS line_last SimpleAggregateFunction(max, Int64) DEFAULT 0;

CREATE MATERIALIZED VIEW IF NOT EXISTS pods_seen_of_lines_distributed ON CLUSTER {cluster} TO pods_seen AS
SELECT tenant, pod_uid AS uid, namespace, pod AS name, 0 AS told, 9223372036854775807 AS told_first, 0 AS told_last,
       9223372036854775807 AS event_first, 0 AS event_last,
       min(toUnixTimestamp64Nano(first_line)) AS line_first, max(toUnixTimestamp64Nano(last_line)) AS line_last
FROM life_lines_local AS life_lines
WHERE pod_uid != ''
GROUP BY tenant, uid, namespace, name;

INSERT INTO pods_seen (tenant, uid, namespace, name, told, told_first, told_last, event_first, event_last, line_first, line_last)
SELECT tenant, pod_uid, namespace, pod, 0, 9223372036854775807, 0, 9223372036854775807, 0,
       min(toUnixTimestamp64Nano(first_line)), max(toUnixTimestamp64Nano(last_line))
FROM life_lines
WHERE pod_uid != ''
GROUP BY tenant, pod_uid, namespace, pod;

CREATE TABLE IF NOT EXISTS pod_handles_local ON CLUSTER {cluster}
(
    tenant  LowCardinality(String),
    kind    LowCardinality(String),
    value   String CODEC(ZSTD(1)),
    uid     String CODEC(ZSTD(1)),
    cluster LowCardinality(String),
    first   SimpleAggregateFunction(min, Int64) CODEC(ZSTD(1)),
    last    SimpleAggregateFunction(max, Int64) CODEC(ZSTD(1))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, kind, value, uid, cluster)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS pod_handles ON CLUSTER {cluster} AS pod_handles_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_handles_local', cityHash64(tenant, uid));

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_handles_of_pods ON CLUSTER {cluster} TO pod_handles_local AS
SELECT tenant, handle.1 AS kind, handle.2 AS value, uid, cluster, min(handle.3) AS first, max(handle.4) AS last
FROM (
    SELECT tenant, uid, cluster,
           if(status_at IS NULL, 0, toUnixTimestamp64Nano(assumeNotNull(status_at))) AS told,
           if(created_at IS NULL, 0, toUnixTimestamp64Nano(assumeNotNull(created_at))) AS born,
           replaceRegexpOne(if(controller_kind = 'Job', controller_name, ''), '^(.+)-[0-9]{8,10}$|^.*$', '\\1') AS cron_job,
           arrayJoin(arrayConcat(
               [('mirror', mirror_uid, born, told)],
               arrayMap(x -> (if(JSONExtractBool(object, 'spec', 'hostNetwork'), 'host-ip', 'ip'), x, if(told = 0, 9223372036854775807, told), told),
                   arrayConcat([ip], JSONExtract(object, 'status', 'podIPs', 'Array(Tuple(ip String))').ip)),
               arrayMap(x -> (x.1, x.2, 0, 0), arrayConcat(
                   [('node', toString(node))],
                   arrayMap((k, v) -> ('label', concat(k, '=', v)), mapKeys(labels), mapValues(labels)),
                   arrayMap(x -> ('owner', x), arrayFlatten(arrayMap(x -> if(x.2 = '', [], [x.2, concat(x.1, '/', x.2)]),
                       [(toString(owner_kind), owner_name), (toString(controller_kind), controller_name), ('CronJob', cron_job)]))),
                   arrayFlatten(arrayMap(x -> [('image', replaceRegexpOne(x, '^docker\\.io/(library/)?', '')), ('image', extract(x, 'sha256:[0-9a-f]{64}'))],
                       arrayConcat(
                           JSONExtract(object, 'spec', 'containers', 'Array(Tuple(image String))').image,
                           JSONExtract(object, 'spec', 'initContainers', 'Array(Tuple(image String))').image,
                           JSONExtract(object, 'spec', 'ephemeralContainers', 'Array(Tuple(image String))').image)))
               ))
           )) AS handle
    FROM pods_local AS pods
)
WHERE value != ''
GROUP BY tenant, kind, value, uid, cluster;

INSERT INTO pod_handles (tenant, kind, value, uid, cluster, first, last)
SELECT tenant, handle.1 AS kind, handle.2 AS value, uid, cluster, min(handle.3) AS first, max(handle.4) AS last
FROM (
    SELECT tenant, uid, cluster,
           if(status_at IS NULL, 0, toUnixTimestamp64Nano(assumeNotNull(status_at))) AS told,
           if(created_at IS NULL, 0, toUnixTimestamp64Nano(assumeNotNull(created_at))) AS born,
           replaceRegexpOne(if(controller_kind = 'Job', controller_name, ''), '^(.+)-[0-9]{8,10}$|^.*$', '\\1') AS cron_job,
           arrayJoin(arrayConcat(
               [('mirror', mirror_uid, born, told)],
               arrayMap(x -> (if(JSONExtractBool(object, 'spec', 'hostNetwork'), 'host-ip', 'ip'), x, if(told = 0, 9223372036854775807, told), told),
                   arrayConcat([ip], JSONExtract(object, 'status', 'podIPs', 'Array(Tuple(ip String))').ip)),
               arrayMap(x -> (x.1, x.2, 0, 0), arrayConcat(
                   [('node', toString(node))],
                   arrayMap((k, v) -> ('label', concat(k, '=', v)), mapKeys(labels), mapValues(labels)),
                   arrayMap(x -> ('owner', x), arrayFlatten(arrayMap(x -> if(x.2 = '', [], [x.2, concat(x.1, '/', x.2)]),
                       [(toString(owner_kind), owner_name), (toString(controller_kind), controller_name), ('CronJob', cron_job)]))),
                   arrayFlatten(arrayMap(x -> [('image', replaceRegexpOne(x, '^docker\\.io/(library/)?', '')), ('image', extract(x, 'sha256:[0-9a-f]{64}'))],
                       arrayConcat(
                           JSONExtract(object, 'spec', 'containers', 'Array(Tuple(image String))').image,
                           JSONExtract(object, 'spec', 'initContainers', 'Array(Tuple(image String))').image,
                           JSONExtract(object, 'spec', 'ephemeralContainers', 'Array(Tuple(image String))').image)))
               ))
           )) AS handle
    FROM pods
)
WHERE value != ''
GROUP BY tenant, kind, value, uid, cluster;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_handles_of_lives ON CLUSTER {cluster} TO pod_handles_local AS
SELECT tenant, handle.1 AS kind, handle.2 AS value, pod_uid AS uid, cluster, 0 AS first, 0 AS last
FROM (
    SELECT tenant, pod_uid, cluster,
           arrayJoin([
               ('container', substring(lower(container_id), 1, 12)), ('node', toString(node)),
               ('image', replaceRegexpOne(image, '^docker\\.io/(library/)?', '')),
               ('image', extract(image, 'sha256:[0-9a-f]{64}')), ('image', extract(image_id, 'sha256:[0-9a-f]{64}'))
           ]) AS handle
    FROM lives_local AS lives
)
WHERE value != ''
GROUP BY tenant, kind, value, uid, cluster;

INSERT INTO pod_handles (tenant, kind, value, uid, cluster, first, last)
SELECT tenant, handle.1 AS kind, handle.2 AS value, pod_uid AS uid, cluster, 0 AS first, 0 AS last
FROM (
    SELECT tenant, pod_uid, cluster,
           arrayJoin([
               ('container', substring(lower(container_id), 1, 12)), ('node', toString(node)),
               ('image', replaceRegexpOne(image, '^docker\\.io/(library/)?', '')),
               ('image', extract(image, 'sha256:[0-9a-f]{64}')), ('image', extract(image_id, 'sha256:[0-9a-f]{64}'))
           ]) AS handle
    FROM lives
)
WHERE value != ''
GROUP BY tenant, kind, value, uid, cluster;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_handles_of_lines_distributed ON CLUSTER {cluster} TO pod_handles AS
SELECT tenant, handle.1 AS kind, handle.2 AS value, uid, cluster, 0 AS first, 0 AS last
FROM (
    SELECT tenant, if(pod_uid != '', pod_uid, concat('unresolved:', cluster, '/', namespace, '/', pod)) AS uid, cluster,
           arrayJoin([
               ('container', substring(lower(replaceRegexpOne(container_id, '^[A-Za-z0-9.+-]+://', '')), 1, 12)), ('node', toString(node))
           ]) AS handle
    FROM life_lines_local AS life_lines
)
WHERE value != ''
GROUP BY tenant, kind, value, uid, cluster;

INSERT INTO pod_handles (tenant, kind, value, uid, cluster, first, last)
SELECT tenant, handle.1 AS kind, handle.2 AS value, uid, cluster, 0 AS first, 0 AS last
FROM (
    SELECT tenant, if(pod_uid != '', pod_uid, concat('unresolved:', cluster, '/', namespace, '/', pod)) AS uid, cluster,
           arrayJoin([
               ('container', substring(lower(replaceRegexpOne(container_id, '^[A-Za-z0-9.+-]+://', '')), 1, 12)), ('node', toString(node))
           ]) AS handle
    FROM life_lines
)
WHERE value != ''
GROUP BY tenant, kind, value, uid, cluster;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_handles_of_events ON CLUSTER {cluster} TO pod_handles_local AS
SELECT tenant, 'node' AS kind, toString(host) AS value, involved_uid AS uid, cluster, 0 AS first, 0 AS last
FROM events_local AS events
WHERE involved_kind = 'Pod' AND involved_uid != '' AND host != ''
GROUP BY tenant, kind, value, uid, cluster;

INSERT INTO pod_handles (tenant, kind, value, uid, cluster, first, last)
SELECT tenant, 'node' AS kind, toString(host) AS value, involved_uid AS uid, cluster, 0 AS first, 0 AS last
FROM events
WHERE involved_kind = 'Pod' AND involved_uid != '' AND host != ''
GROUP BY tenant, kind, value, uid, cluster;

CREATE TABLE IF NOT EXISTS pod_news_local ON CLUSTER {cluster}
(
    tenant    LowCardinality(String),
    uid       String CODEC(ZSTD(1)),
    container LowCardinality(String),
    restart   Int32,
    what      LowCardinality(String),
    cluster   LowCardinality(String),
    arrived   SimpleAggregateFunction(min, DateTime64(3, 'UTC')) CODEC(ZSTD(1))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, uid, container, restart, what, cluster)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS pod_news ON CLUSTER {cluster} AS pod_news_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_news_local', cityHash64(tenant, uid));

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_news_of_pods ON CLUSTER {cluster} TO pod_news_local AS
SELECT tenant, uid, '' AS container, -1 AS restart, what, cluster, min(now64(3)) AS arrived
FROM (
    SELECT tenant, uid, cluster,
           arrayJoin(arrayConcat(['joined'], if(node = '', [], ['placed']), if(gone = 1 OR phase IN ('Succeeded', 'Failed'), ['over'], []))) AS what
    FROM pods_local AS pods
)
GROUP BY tenant, uid, what, cluster;

INSERT INTO pod_news (tenant, uid, container, restart, what, cluster, arrived)
SELECT tenant, uid, '' AS container, -1 AS restart, what, cluster, min(toDateTime64(0, 3, 'UTC')) AS arrived
FROM (
    SELECT tenant, uid, cluster,
           arrayJoin(arrayConcat(['joined'], if(node = '', [], ['placed']), if(gone = 1 OR phase IN ('Succeeded', 'Failed'), ['over'], []))) AS what
    FROM pods
)
GROUP BY tenant, uid, what, cluster;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_news_of_lives ON CLUSTER {cluster} TO pod_news_local AS
SELECT tenant, uid, container, restart, what, cluster, min(now64(3)) AS arrived
FROM (
    SELECT tenant, pod_uid AS uid, container, restart, cluster, arrayJoin(if(state = 'terminated', ['born', 'died'], ['born'])) AS what
    FROM lives_local AS lives
)
GROUP BY tenant, uid, container, restart, what, cluster;

INSERT INTO pod_news (tenant, uid, container, restart, what, cluster, arrived)
SELECT tenant, uid, container, restart, what, cluster, min(toDateTime64(0, 3, 'UTC')) AS arrived
FROM (
    SELECT tenant, pod_uid AS uid, container, restart, cluster, arrayJoin(if(state = 'terminated', ['born', 'died'], ['born'])) AS what
    FROM lives
)
GROUP BY tenant, uid, container, restart, what, cluster;

ALTER TABLE events_local ON CLUSTER {cluster}
    ADD INDEX IF NOT EXISTS by_uid uid TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS by_name name TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE events_local ON CLUSTER {cluster} MATERIALIZE INDEX by_uid;

ALTER TABLE events_local ON CLUSTER {cluster} MATERIALIZE INDEX by_name;
