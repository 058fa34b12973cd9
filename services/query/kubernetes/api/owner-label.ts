/** A label that selects the pods of an owner, though no pod has it: for owners whose pods have no label in common. */
export const ownerLabel = 'afterlog.io/owner'
