/**
 * Makes a renderer of a text with `{{name}}` in it. Values go in as they are and are not looked at again. A line that
 * is only a placeholder goes away, with the blank line after it, when its value is empty.
 *
 * Throws when the text names something that is not among `names`: a bug in a shipped template.
 */
export function template<Name extends string>(text: string, names: readonly Name[]): (values: Readonly<Record<Name, string>>) => string {
  for (const [, found = ''] of text.matchAll(/\{\{([^{}]*)\}\}/g))
    if (!(names as readonly string[]).includes(found))
      throw new Error(`Internal error: a template names {{${found}}}; it may name ${names.join(', ')}`)
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  return (values) => {
    const valueNamed = (name: string): string => values[name as Name]
    const kept: string[] = []
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] ?? ''
      const alone = /^\{\{([^{}]*)\}\}$/.exec(line)?.[1]
      if (alone !== undefined && valueNamed(alone) === '') {
        if (lines[i + 1] === '') i++
      } else kept.push(line.replace(/\{\{([^{}]*)\}\}/g, (_, name: string) => valueNamed(name)))
    }
    return kept.join('\n')
  }
}
