/** The first git that can merge without a checkout. */
const oldest = [2, 38] as const

/** What is wrong with the installed git, from `git version`; null: new enough. */
export function versionProblem(text: string): string | null {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text) ?? []
  if (major === undefined || minor === undefined) return `git does not tell its version: ${text.trim()}`
  const isNew = Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1])
  return isNew ? null : `git ${oldest.join('.')} or newer is needed, and this is ${major}.${minor}`
}
