-- Pods by their owner, in the order in which they were born: which one came in the place of another is a short run of the key.
CREATE TABLE IF NOT EXISTS pod_births
(
    tenant     LowCardinality(String),
    cluster    LowCardinality(String),
    namespace  LowCardinality(String),
    owner      String CODEC(ZSTD(1)),              -- Kind/name
    created_at DateTime64(9, 'UTC'),
    uid        String CODEC(ZSTD(1))               -- of the API
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, cluster, namespace, owner, created_at, uid)
SETTINGS index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_births_of_pods TO pod_births AS
SELECT tenant, cluster, namespace, concat(owner_kind, '/', owner_name) AS owner, assumeNotNull(created_at) AS created_at, uid
FROM pods
WHERE owner_kind != '' AND pods.created_at IS NOT NULL;

INSERT INTO pod_births (tenant, cluster, namespace, owner, created_at, uid)
SELECT tenant, cluster, namespace, concat(owner_kind, '/', owner_name) AS owner, assumeNotNull(pods.created_at) AS created_at, uid
FROM pods
WHERE owner_kind != '' AND pods.created_at IS NOT NULL;
