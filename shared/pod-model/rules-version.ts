/**
 * The version of the rules that make records. Raise it when a rule changes: every pod is then projected again, newest
 * first.
 */
export const rulesVersion = 10
