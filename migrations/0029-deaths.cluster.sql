-- The deaths of a pod, beside its obituary: each life of a container that ended badly, with its last error and the
-- fingerprint of both (decision 0023). Lines expire long before an obituary, so the error is taken while they are there.
-- Owners, labels and images are the values of the handles that lead to the pod. Records of before are projected again
-- by newer rules, and get their deaths then.
ALTER TABLE obituaries_local ON CLUSTER {cluster}
  ADD COLUMN IF NOT EXISTS deaths Array(Tuple(container String, restart Int32, container_id String,
    died_at DateTime64(9, 'UTC'), outcome String, reason String, exit_code Nullable(Int32), cause String,
    last_error String, frames Array(String), title String, fingerprint String)) CODEC(ZSTD(1)),
  ADD COLUMN IF NOT EXISTS node String,
  ADD COLUMN IF NOT EXISTS owner String,
  ADD COLUMN IF NOT EXISTS owners Array(String),
  ADD COLUMN IF NOT EXISTS labels Array(String),
  ADD COLUMN IF NOT EXISTS images Array(String);

ALTER TABLE obituaries ON CLUSTER {cluster}
  ADD COLUMN IF NOT EXISTS deaths Array(Tuple(container String, restart Int32, container_id String,
    died_at DateTime64(9, 'UTC'), outcome String, reason String, exit_code Nullable(Int32), cause String,
    last_error String, frames Array(String), title String, fingerprint String)),
  ADD COLUMN IF NOT EXISTS node String,
  ADD COLUMN IF NOT EXISTS owner String,
  ADD COLUMN IF NOT EXISTS owners Array(String),
  ADD COLUMN IF NOT EXISTS labels Array(String),
  ADD COLUMN IF NOT EXISTS images Array(String);
