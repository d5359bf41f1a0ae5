/** Who may import whom. Each rule is one row of the table in the README; `from` may reach `allowed` and nothing else. */
const row = (folder, allowed, comment) => ({
  name: `${folder}-imports`,
  comment,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { pathNot: allowed },
})

const packages = (...names) => names.map((name) => `^node_modules/(@types/)?${name}/`)
const builtIn = (...names) => names.map((name) => `^(node:)?${name}$`)

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one file, or lack a third. A type of the other is no need.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolved',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-packages',
      comment: 'What people install must not need what only we install.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    row('core', ['^src/core/'], 'Pure: no package, no node:, no clock, no promise.'),
    row(
      'documents',
      ['^src/(core|documents)/', ...packages('gray-matter', 'unified', 'remark[^/]*', 'yaml', 'zod', 'picomatch', 'mdast', 'unist')],
      'Text to nouns and back, still pure: no node:.',
    ),
    row('engine', ['^src/(core|engine)/', ...packages('p-map')], 'Meets the world through its ports only.'),
    row(
      'ui',
      ['^src/(core|ui)/', '^src/engine/ports/', ...packages('listr2'), ...builtIn('stream', 'util', 'tty')],
      'Facts in, characters out.',
    ),
    row(
      'commands',
      ['^src/(commands|compose|core|ui)/', ...packages('@oclif/core'), ...builtIn('timers/promises')],
      'Flags in, exit status out: the work is done behind compose.',
    ),
    {
      name: 'commands-load-late',
      comment: 'What does the work is imported when a command runs: the help and the version are asked often.',
      severity: 'error',
      from: { path: '^src/commands/' },
      to: { path: '^src/compose/', pathNot: '^src/compose/(trouble|instant)\\.ts$', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'adapters-imports',
      comment: 'An adapter knows the nouns, the documents and the ports that it implements.',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: { path: '^src/', pathNot: ['^src/(core|documents|adapters)/', '^src/engine/ports/'] },
    },
    {
      name: 'adapters-apart',
      comment: 'No adapter imports another one: compose hands them to each other.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    },
    {
      name: 'ports-are-types',
      comment: 'Outside the engine its ports are types: nothing of it is run there.',
      severity: 'error',
      from: { path: '^src/(adapters|ui)/' },
      to: { path: '^src/engine/', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', 'dist'] },
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types count: who knows whom is the question, not who runs whom.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
}
