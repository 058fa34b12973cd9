-- Since when a pod's DisruptionTarget condition is true: what the kubelet ended is told by it alone where status.reason was lost on the way.
-- Rows of before read it from the object that they hold.
ALTER TABLE pods ADD COLUMN IF NOT EXISTS disruption_at Nullable(DateTime64(9, 'UTC'))
    DEFAULT if(disruption = '', NULL, parseDateTime64BestEffortOrNull(arrayFirst(c -> c.1 = 'DisruptionTarget',
        JSONExtract(object, 'status', 'conditions', 'Array(Tuple(type String, lastTransitionTime String))')).2, 9, 'UTC'));

-- Which instance of a container, where numbers begin again: a kubelet whose runtime lost its state counts from 0, and the second instance
-- of a number is another life. It is the container id of what an instance's own status reported; '' of what names none, and of rows of
-- before. shared/lifecycle/instances.ts puts rows together that are of one instance.
ALTER TABLE lives ADD COLUMN IF NOT EXISTS instance String, MODIFY ORDER BY (tenant, pod_uid, container, restart, instance);
