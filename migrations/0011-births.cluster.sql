-- The cluster form of 0011-births.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

CREATE TABLE IF NOT EXISTS pod_births_local ON CLUSTER {cluster}
(
    tenant     LowCardinality(String),
    cluster    LowCardinality(String),
    namespace  LowCardinality(String),
    owner      String CODEC(ZSTD(1)),
    created_at DateTime64(9, 'UTC'),
    uid        String CODEC(ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, cluster, namespace, owner, created_at, uid)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS pod_births ON CLUSTER {cluster} AS pod_births_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_births_local', cityHash64(tenant, uid));

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_births_of_pods ON CLUSTER {cluster} TO pod_births_local AS
SELECT tenant, cluster, namespace, concat(owner_kind, '/', owner_name) AS owner, assumeNotNull(created_at) AS created_at, uid
FROM pods_local AS pods
WHERE owner_kind != '' AND pods.created_at IS NOT NULL;

INSERT INTO pod_births (tenant, cluster, namespace, owner, created_at, uid)
SELECT tenant, cluster, namespace, concat(owner_kind, '/', owner_name) AS owner, assumeNotNull(pods.created_at) AS created_at, uid
FROM pods
WHERE owner_kind != '' AND pods.created_at IS NOT NULL;

-- What follows brings clusters that an Afterlog from before these files has migrated to the sharding of these files. None
-- of them can have come further than 0010, since 0011 failed there. On a new cluster it finds nothing to do. Every
-- statement may run again at any time. Services of the old version must be stopped meanwhile: docs/cluster.md.

-- 1. From now on rows go where they belong.
CREATE OR REPLACE TABLE logs ON CLUSTER {cluster} AS logs_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'logs_local', cityHash64(tenant, cluster, namespace, pod, if(pod = '', node, '')));

CREATE OR REPLACE TABLE life_lines ON CLUSTER {cluster} AS life_lines_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'life_lines_local', cityHash64(tenant, cluster, namespace, pod, ''));

CREATE OR REPLACE TABLE kept_counts ON CLUSTER {cluster} AS kept_counts_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'kept_counts_local', cityHash64(tenant, cluster, namespace, pod, ''));

CREATE OR REPLACE TABLE pods ON CLUSTER {cluster} AS pods_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pods_local', cityHash64(tenant, uid));

CREATE OR REPLACE TABLE lives ON CLUSTER {cluster} AS lives_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'lives_local', cityHash64(tenant, pod_uid));

CREATE OR REPLACE TABLE events ON CLUSTER {cluster} AS events_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'events_local', cityHash64(tenant, involved_uid));

CREATE OR REPLACE TABLE pods_seen ON CLUSTER {cluster} AS pods_seen_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pods_seen_local', cityHash64(tenant, uid));

CREATE OR REPLACE TABLE pod_changes ON CLUSTER {cluster} AS pod_changes_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_changes_local', cityHash64(tenant, uid));

CREATE OR REPLACE TABLE obituaries ON CLUSTER {cluster} AS obituaries_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'obituaries_local', cityHash64(tenant, uid));

CREATE OR REPLACE TABLE pod_handles ON CLUSTER {cluster} AS pod_handles_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_handles_local', cityHash64(tenant, uid));

CREATE OR REPLACE TABLE pod_news ON CLUSTER {cluster} AS pod_news_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_news_local', cityHash64(tenant, uid));

CREATE OR REPLACE TABLE node_ends ON CLUSTER {cluster} AS node_ends_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'node_ends_local', cityHash64(tenant, uid));

CREATE OR REPLACE TABLE pod_births ON CLUSTER {cluster} AS pod_births_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_births_local', cityHash64(tenant, uid));

-- 2. Views of lines whose targets are sharded by something else write through the distributed tables. The new view is
-- there before the old one goes: what both write is one row.
CREATE MATERIALIZED VIEW IF NOT EXISTS pods_seen_of_lines_distributed ON CLUSTER {cluster} TO pods_seen AS
SELECT tenant, pod_uid AS uid, namespace, pod AS name, 0 AS told, 9223372036854775807 AS told_first, 0 AS told_last,
       9223372036854775807 AS event_first, 0 AS event_last,
       min(toUnixTimestamp64Nano(first_line)) AS line_first, max(toUnixTimestamp64Nano(last_line)) AS line_last
FROM life_lines_local AS life_lines
WHERE pod_uid != ''
GROUP BY tenant, uid, namespace, name;

DROP VIEW IF EXISTS pods_seen_of_lines ON CLUSTER {cluster};

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

DROP VIEW IF EXISTS pod_handles_of_lines ON CLUSTER {cluster};

CREATE MATERIALIZED VIEW IF NOT EXISTS kernel_ooms_of_logs_distributed ON CLUSTER {cluster} TO kernel_ooms AS
SELECT tenant, ts, identity, message
FROM logs_local AS logs
WHERE pod = '' AND namespace = '' AND (message LIKE '%oom-kill:%' OR message LIKE '%killed as a result of limit of%');

DROP VIEW IF EXISTS kernel_ooms_of_logs ON CLUSTER {cluster};

-- 3. Which shard a row belongs to, as the distributed tables count it: slots[hash % length(slots) + 1]. own is this
-- server's shard, 0 where the cluster's configuration names no host that it knows as itself.
CREATE VIEW IF NOT EXISTS shard_slots ON CLUSTER {cluster} AS
SELECT groupArrayArray(arrayWithConstant(shard_weight, shard_num)) AS slots, max(own_num) AS own
FROM (
    SELECT shard_num, any(shard_weight) AS shard_weight, max(if(is_local, shard_num, 0)) AS own_num
    FROM system.clusters WHERE cluster = '{cluster}' GROUP BY shard_num ORDER BY shard_num
);

-- 4. Rows that stand elsewhere are stored where they belong, then deleted where they stood. Lines stay: they are many,
-- they expire, and every read asks all shards.
INSERT INTO life_lines SELECT * FROM life_lines
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, cluster, namespace, pod, '') % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE life_lines_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, cluster, namespace, pod, '') % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO kept_counts SELECT * FROM kept_counts
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, cluster, namespace, pod, '') % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE kept_counts_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, cluster, namespace, pod, '') % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO pods SELECT * FROM pods
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE pods_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO lives SELECT * FROM lives
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, pod_uid) % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE lives_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, pod_uid) % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO events SELECT * FROM events
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, involved_uid) % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE events_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, involved_uid) % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO pods_seen SELECT * FROM pods_seen
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE pods_seen_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO pod_changes SELECT * FROM pod_changes
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE pod_changes_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO obituaries SELECT * FROM obituaries
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE obituaries_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO pod_handles SELECT * FROM pod_handles
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE pod_handles_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO pod_news SELECT * FROM pod_news
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE pod_news_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO node_ends SELECT * FROM node_ends
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE node_ends_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO pod_births SELECT * FROM pod_births
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE pod_births_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO pod_deletions SELECT * FROM pod_deletions
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE pod_deletions_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO pod_summaries SELECT * FROM pod_summaries
WHERE _shard_num != (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1];

ALTER TABLE pod_summaries_local ON CLUSTER {cluster} DELETE
WHERE (SELECT slots FROM shard_slots)[cityHash64(tenant, uid) % length((SELECT slots FROM shard_slots)) + 1] != (SELECT nullIf(own, 0) FROM shard_slots)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;
