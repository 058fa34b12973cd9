-- Nothing is dropped by mistake: decision 0011.

-- Classes without a rule of their own whose lines go by `default`, separated by commas: an operator took their rules
-- away, or said so.
ALTER TABLE retention_rules ADD COLUMN IF NOT EXISTS released String;

-- The same rows once more: the rules survive a broken part of either table. Both are synced to the disk at each insert.
CREATE TABLE IF NOT EXISTS retention_rules_copy
(
    in_force   DateTime64(3, 'UTC'),
    rules      String,
    last_words String,
    released   String
)
ENGINE = ReplacingMergeTree
ORDER BY (in_force, rules, last_words);

INSERT INTO retention_rules_copy (in_force, rules, last_words, released)
SELECT in_force, rules, last_words, released
FROM retention_rules;

-- mark: 'rules' is in_force of the newest version that was put, so that the loss of both copies is noticed. 'time' is
-- the newest time that expiry trusts.
CREATE TABLE IF NOT EXISTS retention_marks
(
    mark    LowCardinality(String),
    version UInt64,
    ms      Int64                                  -- since 1970
)
ENGINE = ReplacingMergeTree(version)
ORDER BY mark;

-- A TTL believes the engine's clock. The projector deletes old rows of these tables, by the time that expiry trusts.
-- Where it is gone already, the runner takes that for done.
ALTER TABLE dead_letters REMOVE TTL;
ALTER TABLE dead_letter_replays REMOVE TTL;
ALTER TABLE pod_losses REMOVE TTL;
ALTER TABLE obituaries REMOVE TTL;
ALTER TABLE kept_counts REMOVE TTL;
ALTER TABLE inexact_days REMOVE TTL;
ALTER TABLE pod_change_feed REMOVE TTL;
ALTER TABLE pod_record_feed REMOVE TTL;
ALTER TABLE refused_lines REMOVE TTL;
