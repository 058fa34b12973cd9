-- What 0009 did for pods that are told of by uid, for lines that came without one: when a row about their life was stored last, by the
-- store's clock. Rows of before have 1970, filled in here: a default that is the clock would be another one at every look.
ALTER TABLE life_lines ADD COLUMN IF NOT EXISTS marked SimpleAggregateFunction(max, DateTime64(3, 'UTC')) DEFAULT toDateTime64(0, 3, 'UTC');
ALTER TABLE life_lines MATERIALIZE COLUMN marked SETTINGS mutations_sync = 2;
ALTER TABLE life_lines MODIFY COLUMN marked SimpleAggregateFunction(max, DateTime64(3, 'UTC')) DEFAULT now64(3, 'UTC');

-- What was written of pods with such lines carries the mark of no pod: they are looked at once more.
INSERT INTO pod_changes (told_hour, tenant, uid, told_at)
SELECT DISTINCT toStartOfHour(now('UTC')), tenant, uid, now64(3, 'UTC')
FROM pods_seen
WHERE (tenant, namespace, name) IN (SELECT tenant, namespace, pod FROM life_lines WHERE pod_uid = '');
