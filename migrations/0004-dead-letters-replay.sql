-- What sending a dead letter again needs: what its record inherited from its batch, which format it was read as, and how long it was.
-- Letters of before have '' and 0 there: readers then go by origin and by the length of the payload.
ALTER TABLE dead_letters
    ADD COLUMN IF NOT EXISTS cluster LowCardinality(String),
    ADD COLUMN IF NOT EXISTS node LowCardinality(String),
    ADD COLUMN IF NOT EXISTS agent LowCardinality(String),
    ADD COLUMN IF NOT EXISTS format LowCardinality(String),   -- native, lifecycle, '' unknown
    ADD COLUMN IF NOT EXISTS payload_bytes UInt64,            -- as received; the payload is cut where this is more than its length
    ADD COLUMN IF NOT EXISTS stored_at DateTime('UTC') DEFAULT now();

-- A producer's clock may stand in 1970: a letter is kept for 90 days from when it was stored, whatever its message says.
ALTER TABLE dead_letters MODIFY TTL stored_at + INTERVAL 90 DAY;

-- Letters whose records are stored by now. Written with those records, so that it is there once they are; readers take the earliest
-- row of an identity. Kept longer than the letter, also where that came again later.
CREATE TABLE IF NOT EXISTS dead_letter_replays
(
    tenant      LowCardinality(String),
    identity    UInt64,                  -- of dead_letters
    replayed_at DateTime64(3, 'UTC')     -- arrival of the record that was sent again
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, identity)
TTL toDateTime(replayed_at) + INTERVAL 180 DAY;
