-- Lines with an identity that nobody can forge, and an order that holds (decision 0019).
-- identity: a keyed hash of all that was sent of a line. {key:N} is the Nth key made of a secret of the store, which the
-- runner makes at first and finds again in this table's own definition. A field is hashed by itself with a key of its
-- own, so that no field reads like another; that is cheap for columns with few values. The sum is hashed once more, so
-- that no identity tells anything of a part. A line with an offset is named by its place in the file; without one,
-- all that was sent of it counts, but not who sent it. The ordinal: services/ingest/normalise/identity.ts.
-- precedence: of the rows of one line, a merge keeps the one where it is highest: the one that says most of its file
-- (its end, a length, which file), and then the one that arrived first, so that a line that is sent again keeps its
-- place. Readers choose the same row: shared/lines/line-order.ts.
-- heads: files whose first line came, under that name. An import sends a file again under another name, and lines that
-- are stored already keep the name that they had: shared/pod-model/seal/holes.ts.
-- The engine's rule for merges cannot be changed, so this is another table with the parts of the old one. Its name is
-- one starter's own until the two are exchanged: two starters at once each make a whole copy, and the last one counts.

ALTER TABLE logs
  ADD COLUMN IF NOT EXISTS arrival UInt64 DEFAULT 0 CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS batch LowCardinality(String) DEFAULT '',
  ADD COLUMN IF NOT EXISTS precedence UInt64 DEFAULT bitShiftLeft(toUInt64(if(offset < 0, 0, 4 * eof + 2 * (length >= 0) + (file != ''))), 61) + bitAnd(bitNot(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(received)), 19) + bitAnd(arrival, 524287)), 2305843009213693951) CODEC(Delta(8), ZSTD(1));

ALTER TABLE lines_of_lives ADD COLUMN IF NOT EXISTS heads SimpleAggregateFunction(groupUniqArrayArray, Array(String));

CREATE TABLE logs_next_{nonce}
(
    tenant       LowCardinality(String),
    ts           DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    cluster      LowCardinality(String),
    namespace    LowCardinality(String),
    pod          LowCardinality(String),
    pod_uid      LowCardinality(String),
    container    LowCardinality(String),
    restart      Int32,
    container_id LowCardinality(String),
    node         LowCardinality(String),
    unit         LowCardinality(String),
    stream       LowCardinality(String),
    partial      UInt8,
    severity     LowCardinality(String),
    message      String CODEC(ZSTD(1)),
    trace_id     String CODEC(ZSTD(1)),
    span_id      String CODEC(ZSTD(1)),
    labels       Map(LowCardinality(String), String),
    attributes   Map(LowCardinality(String), String),
    offset       Int64 CODEC(Delta(8), ZSTD(1)),
    length       Int64 CODEC(ZSTD(1)),
    file         LowCardinality(String),
    eof          UInt8,
    ordinal      UInt64,
    seq          UInt32,
    agent        LowCardinality(String),
    received     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    class        LowCardinality(String),
    identity     UInt64 DEFAULT sipHash64Keyed({key:0},
                     sipHash64Keyed({key:1}, tenant) + sipHash64Keyed({key:2}, cluster)
                     + sipHash64Keyed({key:3}, namespace) + sipHash64Keyed({key:4}, pod)
                     + sipHash64Keyed({key:5}, pod_uid) + if(pod = '', sipHash64Keyed({key:6}, node), 0)
                     + sipHash64Keyed({key:7}, unit) + sipHash64Keyed({key:8}, container)
                     + sipHash64Keyed({key:9}, restart) + if(restart < 0, sipHash64Keyed({key:10}, container_id), 0)
                     + sipHash64Keyed({key:11}, stream) + sipHash64Keyed({key:12}, partial)
                     + sipHash64Keyed({key:13}, message) + sipHash64Keyed({key:14}, offset)
                     + if(offset < 0, sipHash64Keyed({key:15}, ordinal) + sipHash64Keyed({key:16}, batch)
                         + sipHash64Keyed({key:17}, severity) + sipHash64Keyed({key:18}, trace_id)
                         + sipHash64Keyed({key:19}, span_id) + sipHash64Keyed({key:20}, toString(mapSort(labels)))
                         + sipHash64Keyed({key:21}, toString(mapSort(attributes)))
                         + sipHash64Keyed({key:22}, container_id) + sipHash64Keyed({key:23}, node)
                         + sipHash64Keyed({key:24}, file), 0)) CODEC(NONE),
    arrival      UInt64 DEFAULT 0 CODEC(Delta(8), ZSTD(1)), -- number of its batch: orders those of one millisecond
    batch        LowCardinality(String) DEFAULT '',                    -- id of its batch, where the sender gave one
    precedence   UInt64 DEFAULT bitShiftLeft(toUInt64(if(offset < 0, 0, 4 * eof + 2 * (length >= 0) + (file != ''))), 61)
                     + bitAnd(bitNot(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(received)), 19) + bitAnd(arrival, 524287)),
                         2305843009213693951) CODEC(Delta(8), ZSTD(1)),
    INDEX words replaceRegexpAll(lower(message), '[a-z]*[0-9][0-9a-z]*', ' ') TYPE text(tokenizer = 'splitByNonAlpha'),
    INDEX tokens lower(message) TYPE tokenbf_v1(8192, 3, 0) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(precedence)
PARTITION BY (toYYYYMMDD(ts), class)
ORDER BY (tenant, toStartOfHour(ts), namespace, pod, container, ts, identity)
SETTINGS index_granularity = 1024, max_bytes_to_merge_at_max_space_in_pool = 4294967296,
         min_free_disk_bytes_to_perform_insert = 16777216;

ALTER TABLE logs_next_{nonce} ATTACH PARTITION ALL FROM logs;

EXCHANGE TABLES logs AND logs_next_{nonce};

-- Views of the old definition; from the exchange on a starter runs what follows to its end.
DROP VIEW IF EXISTS lines_of_lives_of_logs;
DROP VIEW IF EXISTS kernel_ooms_of_logs;

CREATE MATERIALIZED VIEW IF NOT EXISTS lines_of_lives_of_logs TO lines_of_lives AS
SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id,
       max(node) AS node, min(ts) AS first_line, max(ts) AS last_line, max(partial) AS fragments,
       uniqCombined64State(12)(cityHash64(ts, identity)) AS sketch,
       groupUniqArrayIf(toString(file), offset = 0 AND file != '') AS heads
FROM logs
WHERE pod != ''
GROUP BY tenant, cluster, namespace, pod, pod_uid, container, restart, container_id;

CREATE MATERIALIZED VIEW IF NOT EXISTS kernel_ooms_of_logs TO kernel_ooms AS
SELECT tenant, ts, identity, message
FROM logs
WHERE pod = '' AND namespace = '' AND (message LIKE '%oom-kill:%' OR message LIKE '%killed as a result of limit of%');

DROP TABLE logs_next_{nonce};
