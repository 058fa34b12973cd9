-- The cluster form of 0012-instances.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

ALTER TABLE pods_local ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS disruption_at Nullable(DateTime64(9, 'UTC'))
    DEFAULT if(disruption = '', NULL, parseDateTime64BestEffortOrNull(arrayFirst(c -> c.1 = 'DisruptionTarget',
        JSONExtract(object, 'status', 'conditions', 'Array(Tuple(type String, lastTransitionTime String))')).2, 9, 'UTC'));
ALTER TABLE pods ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS disruption_at Nullable(DateTime64(9, 'UTC'))
    DEFAULT if(disruption = '', NULL, parseDateTime64BestEffortOrNull(arrayFirst(c -> c.1 = 'DisruptionTarget',
        JSONExtract(object, 'status', 'conditions', 'Array(Tuple(type String, lastTransitionTime String))')).2, 9, 'UTC'));

ALTER TABLE lives_local ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS instance String, MODIFY ORDER BY (tenant, pod_uid, container, restart, instance);
ALTER TABLE lives ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS instance String;
