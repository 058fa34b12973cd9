// Pure: which indexes a statement uses, from the engine's `EXPLAIN indexes = 1, json = 1`.
import { z } from 'zod'

/** What one index of a table leaves of it. Each follows on the one before it of its table. */
export interface IndexUse {
  table: string
  /** `Min-Max`, `Partition`, `PrimaryKey` or `Skip`. */
  type: string
  /** Of an index that was made for the table: '' of the others. */
  name: string
  keys: string[]
  condition: string
  partsBefore: number | null
  partsAfter: number | null
  granulesBefore: number | null
  granulesAfter: number | null
}

const count = z.number().optional()
const index = z.object({
  Type: z.string(),
  Name: z.string().optional(),
  Keys: z.array(z.string()).optional(),
  Condition: z.string().optional(),
  'Initial Parts': count,
  'Selected Parts': count,
  'Initial Granules': count,
  'Selected Granules': count,
})
const node = z.object({
  Description: z.string().optional(),
  Indexes: z.array(index).optional(),
  get Plans() {
    return z.array(node).optional()
  },
})
const plans = z.array(z.object({ Plan: node }))

/** Longer conditions, as those with many values, are cut. */
const conditionMax = 2000

/** `text`: the engine's answer. */
export function indexesIn(text: string): IndexUse[] {
  const used: IndexUse[] = []
  const visit = ({ Description: table = '', Indexes = [], Plans = [] }: z.output<typeof node>): void => {
    for (const one of Indexes) {
      used.push({
        table,
        type: one.Type,
        name: one.Name ?? '',
        keys: one.Keys ?? [],
        condition: (one.Condition ?? '').slice(0, conditionMax),
        partsBefore: one['Initial Parts'] ?? null,
        partsAfter: one['Selected Parts'] ?? null,
        granulesBefore: one['Initial Granules'] ?? null,
        granulesAfter: one['Selected Granules'] ?? null,
      })
    }
    Plans.forEach(visit)
  }
  for (const { Plan } of plans.parse(JSON.parse(text))) visit(Plan)
  return used
}
