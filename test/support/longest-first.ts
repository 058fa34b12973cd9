// The order of test files where nothing is known of earlier runs, as in CI: what takes longest comes first, so that no
// long file runs alone at the end. Files of a project stay together, since they share processes. The rest follows in
// Vitest's own order: by size.
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const projects = ['e2e', 'integration', 'contract', 'unit'] as const

/** Under test/, of those that take longest in CI. */
export const longestFiles: readonly string[] = [
  'e2e/kafka-security',
  'e2e/retention',
  'e2e/kubectl',
  'e2e/compose',
  'e2e/hostile',
  'e2e/processes',
  'e2e/demo',
  'integration/cluster-answers',
  'integration/cluster-migrations-old',
  'integration/kafka-http',
  'integration/records',
  'integration/kubernetes-watch',
  'integration/kubernetes-log',
  'integration/cluster-migrations',
  'integration/cluster-facts',
  'integration/delivery',
  'integration/full-disk-expiry',
  'integration/deaths',
  'integration/import',
  'integration/migrations',
  'integration/seals',
  'integration/query-pod',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own, not an array's
    return (await super.sort(files)).toSorted((a, b) => projectOf(a) - projectOf(b) || placeOf(a) - placeOf(b))
  }
}

function projectOf({ project }: TestSpecification): number {
  return projects.findIndex((name) => name === project.name)
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = longestFiles.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  return place === -1 ? longestFiles.length : place
}
