-- What Kubernetes said. Tiny, kept for years. A record told twice is one row (newest version wins, readers use FINAL).
-- version: what cannot be undone beats what can (gone, then over or being deleted; a terminated life beats a running one), then the
-- newer resourceVersion: services/ingest/normalise/fact-version.ts. Never the order of arrival.
CREATE TABLE IF NOT EXISTS pods
(
    tenant      LowCardinality(String),
    cluster     LowCardinality(String),
    namespace   LowCardinality(String),
    name        String,
    uid         String,                            -- of the API
    mirror_uid  String,                            -- kubernetes.io/config.mirror: the uid that a static pod's log path carries, '' otherwise
    version     UInt64,
    node        LowCardinality(String),
    phase       LowCardinality(String),
    reason      String,                            -- status.reason, status.message
    message     String,
    disruption  LowCardinality(String),            -- reason of a true DisruptionTarget condition, '' otherwise
    disruption_message String,
    waiting     Map(String, String),               -- container to reason, of those that wait: CrashLoopBackOff, ImagePullBackOff, …
    ip          String,
    owner_kind  LowCardinality(String),            -- the owner people name: a Deployment, not its ReplicaSet, where the name tells
    owner_name  String,
    controller_kind LowCardinality(String),        -- the ownerReference as it stands
    controller_name String,
    created_at  Nullable(DateTime64(9, 'UTC')),
    started_at  Nullable(DateTime64(9, 'UTC')),
    deleted_at  Nullable(DateTime64(9, 'UTC')),    -- when deletion was asked for, as near as this object tells: services/ingest/normalise/deletion-time.ts
    gone        UInt8,                             -- a watch said DELETED
    status_at   Nullable(DateTime64(9, 'UTC')),    -- the newest time that the object tells of
    labels      Map(String, String),
    annotations Map(String, String),
    object      String CODEC(ZSTD(3))              -- the Pod as JSON, without metadata.managedFields
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, uid)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;  -- a page of pods is a hundred uids, anywhere in the table: one short read each

-- The earliest time at which deletion is known to have been asked for. The last object of a pod no longer has it: the kubelet's final
-- delete moves deletionTimestamp to the end.
CREATE TABLE IF NOT EXISTS pod_deletions
(
    tenant   LowCardinality(String),
    uid      String,
    asked_at SimpleAggregateFunction(min, DateTime64(9, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, uid)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_deletions_of_pods TO pod_deletions AS
SELECT tenant, uid, min(assumeNotNull(deleted_at)) AS asked_at
FROM pods
WHERE deleted_at IS NOT NULL
GROUP BY tenant, uid;

-- First and last time of every pod that Kubernetes or an Event told of, for the order of the list. Min and max only. Epoch ns; what
-- nobody told is the neutral element.
CREATE TABLE IF NOT EXISTS pods_seen
(
    tenant      LowCardinality(String),
    uid         String,
    namespace   LowCardinality(String),
    name        String,
    told        SimpleAggregateFunction(max, UInt8),   -- 1: by a Pod object
    told_first  SimpleAggregateFunction(min, Int64),
    told_last   SimpleAggregateFunction(max, Int64),
    event_first SimpleAggregateFunction(min, Int64),
    event_last  SimpleAggregateFunction(max, Int64)
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, uid, namespace, name);

CREATE MATERIALIZED VIEW IF NOT EXISTS pods_seen_of_pods TO pods_seen AS
SELECT tenant, uid, namespace, name, 1 AS told,
       min(if(created_at IS NULL, 9223372036854775807, toUnixTimestamp64Nano(assumeNotNull(created_at)))) AS told_first,
       max(if(status_at IS NULL, 0, toUnixTimestamp64Nano(assumeNotNull(status_at)))) AS told_last,
       9223372036854775807 AS event_first, 0 AS event_last
FROM pods
GROUP BY tenant, uid, namespace, name;

-- One row per container instance that a Pod object told of. A container that only waits has no instance yet, or a dead one.
CREATE TABLE IF NOT EXISTS lives
(
    tenant       LowCardinality(String),
    cluster      LowCardinality(String),
    namespace    LowCardinality(String),
    pod          String,
    pod_uid      String,                           -- of the API
    container    LowCardinality(String),
    kind         LowCardinality(String),           -- container, init, sidecar, ephemeral
    restart      Int32,
    version      UInt64,
    container_id String,                           -- without its scheme
    node         LowCardinality(String),
    state        LowCardinality(String),           -- running, terminated
    started_at   Nullable(DateTime64(9, 'UTC')),
    finished_at  Nullable(DateTime64(9, 'UTC')),
    outcome      LowCardinality(String),           -- of this status alone: running, completed, crashed, oomkilled, unknown
    reason       String,
    message      String,
    exit_code    Nullable(Int32),
    signal       Nullable(Int32),
    image        String,
    image_id     String,                           -- '' where the status was no longer this instance's own
    INDEX by_container_id container_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, pod_uid, container, restart)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

-- By what they are about, since that is how they are read; an Event is about one object for good.
CREATE TABLE IF NOT EXISTS events
(
    tenant             LowCardinality(String),
    cluster            LowCardinality(String),
    namespace          LowCardinality(String),
    uid                String,
    version            UInt64,
    name               String,
    type               LowCardinality(String),     -- Normal, Warning
    reason             LowCardinality(String),
    message            String,
    involved_kind      LowCardinality(String),
    involved_namespace LowCardinality(String),
    involved_name      String,
    involved_uid       String,
    field_path         String,                     -- e.g. spec.containers{app}
    first_time         DateTime64(9, 'UTC'),
    last_time          DateTime64(9, 'UTC'),
    count              UInt32,
    component          LowCardinality(String),
    host               LowCardinality(String),
    object             String CODEC(ZSTD(3))       -- the Event as JSON, without metadata.managedFields
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, involved_uid, uid)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

CREATE MATERIALIZED VIEW IF NOT EXISTS pods_seen_of_events TO pods_seen AS
SELECT tenant, involved_uid AS uid, involved_namespace AS namespace, involved_name AS name, 0 AS told,
       9223372036854775807 AS told_first, 0 AS told_last, min(toUnixTimestamp64Nano(first_time)) AS event_first, max(toUnixTimestamp64Nano(last_time)) AS event_last
FROM events
WHERE involved_kind = 'Pod' AND involved_uid != ''
GROUP BY tenant, uid, namespace, name;
