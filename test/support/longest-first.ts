// The order of test files where nothing is known of earlier runs, as in CI: what takes longest comes first, so that no
// long file runs alone at the end. The rest follows in Vitest's own order: by project, and there by size.
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Under test/, of those that take half a minute or more in CI. */
export const longestFiles: readonly string[] = [
  'e2e/kafka-security',
  'integration/kafka-http',
  'e2e/kubectl',
  'e2e/retention',
  'e2e/processes',
  'e2e/hostile',
  'integration/query-pod',
  'integration/records',
  'e2e/demo',
  'integration/import',
  'integration/kubernetes-log',
  'e2e/compose',
  'integration/cluster-answers',
  'integration/cluster-migrations-old',
  'integration/migrations',
  'integration/seals',
  'integration/deaths',
  'contract/embedded',
  'contract/server',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own, not an array's
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = longestFiles.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  return place === -1 ? longestFiles.length : place
}
