-- The cluster form of 0018-former-handles.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

ALTER TABLE pod_watermarks_local ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS handles_first SimpleAggregateFunction(minMap, Map(String, Int64));
ALTER TABLE pod_watermarks ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS handles_first SimpleAggregateFunction(minMap, Map(String, Int64));

ALTER TABLE pod_lookup_local ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS death_moves Array(Tuple(UInt64, Int64));
ALTER TABLE pod_lookup ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS death_moves Array(Tuple(UInt64, Int64));

DROP VIEW IF EXISTS pod_watermarks_of_pods ON CLUSTER {cluster};
CREATE MATERIALIZED VIEW IF NOT EXISTS pod_watermarks_of_pods ON CLUSTER {cluster} TO pod_watermarks_local AS
SELECT tenant, uid, toDateTime64(0, 3, 'UTC') AS facts_at, toDateTime64(0, 3, 'UTC') AS lines_at,
       min(ifNull(deleted_at, toDateTime64('2262-01-01 00:00:00', 9, 'UTC'))) AS deletion_asked_at,
       minMap(addresses) AS address_first, maxMap(addresses) AS address_last, minMap(handles) AS handles_first
FROM (
    SELECT tenant, uid, deleted_at,
           if(status_at IS NULL, 9223372036854775807, toUnixTimestamp64Nano(assumeNotNull(status_at))) AS reported,
           if(JSONExtractBool(object, 'spec', 'hostNetwork'), 'host-ip ', 'ip ') AS prefix,
           arrayDistinct(arrayFilter(x -> x != '', arrayConcat([ip], JSONExtract(object, 'status', 'podIPs', 'Array(Tuple(ip String))').ip))) AS ips,
           mapFromArrays(arrayMap(x -> concat(prefix, x), ips), arrayMap(x -> reported, ips)) AS addresses,
           JSONExtract(object, 'spec', 'Tuple(containers Array(Tuple(image String)), initContainers Array(Tuple(image String)), ephemeralContainers Array(Tuple(image String)))') AS spec,
           arrayDistinct(arrayConcat(
               arrayMap((k, v) -> concat('label ', k, '=', v), mapKeys(labels), mapValues(labels)),
               arrayMap(x -> concat('owner ', x.1, '/', x.2), arrayFilter(x -> x.2 != '', [(toString(owner_kind), owner_name), (toString(controller_kind), controller_name)])),
               arrayMap(x -> concat('image ', x), arrayFilter(x -> x != '', arrayConcat(spec.containers.image, spec.initContainers.image, spec.ephemeralContainers.image)))
           )) AS keys,
           mapFromArrays(keys, arrayMap(x -> reported, keys)) AS handles
    FROM pods_local AS pods
)
GROUP BY tenant, uid;

INSERT INTO pod_watermarks (tenant, uid, deletion_asked_at, handles_first)
SELECT tenant, uid, toDateTime64('2262-01-01 00:00:00', 9, 'UTC'), minMap(handles)
FROM (
    SELECT tenant, uid,
           if(status_at IS NULL, 9223372036854775807, toUnixTimestamp64Nano(assumeNotNull(status_at))) AS reported,
           JSONExtract(object, 'spec', 'Tuple(containers Array(Tuple(image String)), initContainers Array(Tuple(image String)), ephemeralContainers Array(Tuple(image String)))') AS spec,
           arrayDistinct(arrayConcat(
               arrayMap((k, v) -> concat('label ', k, '=', v), mapKeys(labels), mapValues(labels)),
               arrayMap(x -> concat('owner ', x.1, '/', x.2), arrayFilter(x -> x.2 != '', [(toString(owner_kind), owner_name), (toString(controller_kind), controller_name)])),
               arrayMap(x -> concat('image ', x), arrayFilter(x -> x != '', arrayConcat(spec.containers.image, spec.initContainers.image, spec.ephemeralContainers.image)))
           )) AS keys,
           mapFromArrays(keys, arrayMap(x -> reported, keys)) AS handles
    FROM pods
)
GROUP BY tenant, uid;
