-- Who follows an owner asks twice a second what is new of its pods: what arrived lately stands in few places of the table.
ALTER TABLE pod_news ADD INDEX IF NOT EXISTS by_arrival arrived TYPE minmax GRANULARITY 1;
ALTER TABLE pod_news MATERIALIZE INDEX by_arrival;
