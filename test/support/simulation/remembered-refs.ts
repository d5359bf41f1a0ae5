/** Branches that remember every commit they ever pointed to. */
export class RememberedRefs extends Map<string, string> {
  readonly everOn = new Map<string, Set<string>>()

  override set(branch: string, commit: string): this {
    const seen = this.everOn.get(branch) ?? new Set<string>()
    this.everOn.set(branch, seen.add(commit))
    return super.set(branch, commit)
  }
}
