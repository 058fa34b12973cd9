-- What Kubernetes said of nodes. A node comes back and forgets that it was away, so every state that it told of stands for itself.

CREATE TABLE IF NOT EXISTS nodes
(
    tenant     LowCardinality(String),
    cluster    LowCardinality(String),
    name       String,
    uid        String,
    version    UInt64,
    created_at Nullable(DateTime64(9, 'UTC')),
    gone       UInt8,                              -- a watch said DELETED
    status_at  Nullable(DateTime64(9, 'UTC')),     -- the newest time that the object tells of
    labels     Map(String, String),
    object     String CODEC(ZSTD(3))               -- the Node as JSON, without metadata.managedFields
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, cluster, name, uid)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS node_states
(
    tenant   LowCardinality(String),
    cluster  LowCardinality(String),
    node     String,
    node_uid String,
    what     LowCardinality(String),               -- a condition's type (Ready, DiskPressure, …), taint:<key>, or gone
    status   LowCardinality(String),               -- of a condition True, False, Unknown; of a taint its effect; of gone True
    since    DateTime64(9, 'UTC'),                 -- lastTransitionTime, timeAdded, or when the object was gone
    version  UInt64,
    reason   String,
    message  String
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, cluster, node, since, what, status)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;
