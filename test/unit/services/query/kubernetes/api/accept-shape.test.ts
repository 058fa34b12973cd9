import { expect, test } from 'vitest'
import { acceptedShape } from '#query/kubernetes/api/accept-shape.ts'

test.each([
  [undefined, 'Object'],
  ['application/json, */*', 'Object'],
  ['application/vnd.kubernetes.protobuf,application/json', 'Object'],
  ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json', 'Table'],
  ['application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json', 'Object'],
  ['application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1', 'PartialObjectMetadata'],
  ['application/json;q=0, application/vnd.kubernetes.protobuf', undefined],
  ['application/yaml', undefined],
])('Accept: %s is answered as %s', (accept, shape) => {
  expect(acceptedShape(accept)).toBe(shape)
})
