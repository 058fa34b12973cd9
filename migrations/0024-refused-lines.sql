-- Of which lives dead letters had lines: a life with such a line is not sealed. A payload may have 64 KB and names its pod in many ways, so
-- ingest writes what it names beside the letter. It outlives the letter, as long as lines of its life may be stored.
CREATE TABLE IF NOT EXISTS refused_lines
(
    tenant       LowCardinality(String),
    pod_key      String CODEC(ZSTD(1)),           -- the uid that the record names; without one unresolved:<cluster>/<namespace>/<pod>; without a pod
                                                  -- container: and the first 12 digits of the container id
    container    LowCardinality(String),
    restart      Int32,                           -- -1 where the record has none, like offset and length
    container_id String CODEC(ZSTD(1)),           -- without its scheme
    identity     UInt64,                          -- of dead_letters
    further      UInt8,                           -- 1: of records for which the letter stands beside its own
    lines        UInt32,
    time         DateTime64(9, 'UTC'),            -- of the letter
    reason       LowCardinality(String),
    file         String CODEC(ZSTD(1)),
    offset       Int64,
    length       Int64,
    stored_at    DateTime('UTC') DEFAULT now()
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, pod_key, container, restart, container_id, identity, further)
TTL stored_at + INTERVAL 1095 DAY
SETTINGS index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_refused_lines TO pod_change_feed AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'letters' AS source, pod_key AS uid, toUInt64(0) AS life, '' AS cluster, '' AS node,
       toString(toUnixTimestamp64Nano(now64(9))) AS detail
FROM refused_lines;

-- A letter makes the numbers of lines of a record old, as a line does.
ALTER TABLE pod_watermarks_of_feed MODIFY QUERY
SELECT tenant, uid,
       maxIf(at, source = 'fact') AS facts_at, maxIf(at, source IN ('lines', 'letters')) AS lines_at,
       toDateTime64('2262-01-01 00:00:00', 9, 'UTC') AS deletion_asked_at,
       map() :: Map(String, Int64) AS address_first, map() :: Map(String, Int64) AS address_last
FROM pod_change_feed
WHERE uid != ''
GROUP BY tenant, uid;

-- Of letters only the ranges that Kafka deleted are read there from now on.
ALTER TABLE pod_losses_of_dead_letters MODIFY QUERY
SELECT tenant, '' AS pod_uid, dead_letters.time AS time, identity, reason, '' AS path, '' AS container, toInt64(-1) AS restart, toInt64(-1) AS offset,
       JSONExtractString(payload, 'topic') AS topic, if(JSONHas(payload, 'partition'), JSONExtractInt(payload, 'partition'), -1) AS partition,
       JSONExtractInt(payload, 'to') - JSONExtractInt(payload, 'from') AS messages, stored_at
FROM dead_letters
WHERE reason = 'lost-on-kafka';

-- What earlier letters name, as far as their payloads are whole.
INSERT INTO refused_lines (tenant, pod_key, container, restart, container_id, identity, further, lines, time, reason, file, offset, length, stored_at)
SELECT tenant, multiIf(uid != '', uid, pod != '' AND namespace != '', concat('unresolved:', life_cluster, '/', namespace, '/', pod),
                       concat('container:', lower(substring(id, 1, 12)))) AS pod_key,
       life_container, life_restart, id, identity, 0, 1, time, reason, life_file, life_offset, life_length, stored_at
FROM
(
    SELECT tenant, identity, time, reason, stored_at,
           JSONExtractString(payload, 'path') AS path,
           extractGroups(path, '([^/_]+)_([^/_]+)_([0-9A-Za-z][0-9A-Za-z.-]*)/([^/]+)/([0-9]+)\\.log[^/]*$') AS in_pods,
           extractGroups(path, '([^/_]+)_([^/_]+)_([^/_]+)-([0-9a-f]+)\\.log$') AS in_containers,
           multiIf(JSONExtractString(payload, 'podUid') != '', JSONExtractString(payload, 'podUid'), in_pods[3]) AS uid,
           multiIf(JSONExtractString(payload, 'namespace') != '', JSONExtractString(payload, 'namespace'), notEmpty(in_pods), in_pods[1], in_containers[2]) AS namespace,
           multiIf(JSONExtractString(payload, 'pod') != '', JSONExtractString(payload, 'pod'), notEmpty(in_pods), in_pods[2], in_containers[1]) AS pod,
           if(JSONExtractString(payload, 'cluster') != '', JSONExtractString(payload, 'cluster'), dead_letters.cluster) AS life_cluster,
           multiIf(JSONExtractString(payload, 'container') != '', JSONExtractString(payload, 'container'), notEmpty(in_pods), in_pods[4], in_containers[3]) AS life_container,
           toInt32(multiIf(JSONHas(payload, 'restart'), JSONExtractInt(payload, 'restart'), notEmpty(in_pods), toInt64OrZero(in_pods[5]), -1)) AS life_restart,
           replaceRegexpOne(if(JSONExtractString(payload, 'containerId') != '', JSONExtractString(payload, 'containerId'), in_containers[4]), '^[A-Za-z0-9.+-]+://', '') AS id,
           if(JSONType(payload, 'file') = 'String', JSONExtractString(payload, 'file'), JSONExtractRaw(payload, 'file')) AS life_file,
           if(JSONHas(payload, 'offset'), JSONExtractInt(payload, 'offset'), -1) AS life_offset,
           if(JSONHas(payload, 'length'), JSONExtractInt(payload, 'length'), -1) AS life_length
    FROM dead_letters
    WHERE format IN ('', 'native') AND reason NOT IN ('lost-on-kafka', 'bad-object', 'unknown-kind') AND isValidJSON(payload)
)
WHERE uid != '' OR (pod != '' AND namespace != '') OR id != '';
