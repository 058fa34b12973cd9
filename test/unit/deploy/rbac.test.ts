import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { watchedKinds } from '#shared/kubernetes/watched-kind.ts'

type Document = Record<string, unknown> & { kind: string; metadata: { name: string; namespace?: string } }
const documents = parseAllDocuments(readFileSync('deploy/kubernetes/rbac.yaml', 'utf8')).map((each) => each.toJS() as Document)
const of = (kind: string): Document => documents.find((document) => document.kind === kind)!

test('the manifest grants get, list and watch of what is watched, and nothing else', () => {
  expect(documents.map(({ kind }) => kind)).toEqual(['Namespace', 'ServiceAccount', 'ClusterRole', 'ClusterRoleBinding'])
  expect(of('ClusterRole')['rules']).toEqual([{ apiGroups: [''], resources: watchedKinds, verbs: ['get', 'list', 'watch'] }])
})

test('the role is bound to the account, in its namespace', () => {
  const { name, namespace } = of('ServiceAccount').metadata
  expect(of('ClusterRoleBinding')).toMatchObject({
    roleRef: { kind: 'ClusterRole', name: of('ClusterRole').metadata.name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  })
})
