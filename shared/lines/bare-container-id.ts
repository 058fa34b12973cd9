// How lines name the container that said them.
import { raw, type Fragment } from '#shared/clickhouse/sql.ts'
import { containerScheme } from '#shared/container-id.ts'

/** The container id of a line as `lives` keeps it: without its scheme. */
export const bareContainerId: Fragment = raw(`replaceRegexpOne(container_id, '${containerScheme}', '')`)
