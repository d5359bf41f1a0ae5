import tseslint from 'typescript-eslint'

/** What the world gives comes in as an argument, so that a test can give it instead. */
const time = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Take a Clock: time comes from adapters/clock.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take a Clock: time comes from adapters/clock.' },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Take Chance: it comes from adapters/clock.' },
]
const surroundings = [
  {
    selector: "MemberExpression[object.name='process'][property.name=/^(env|cwd)$/]",
    message: 'The environment and the working folder are read once, in compose and commands.',
  },
]
const output = [
  {
    selector: "MemberExpression[object.name='process'][property.name=/^(stdout|stderr)$/]",
    message: 'Only ui and commands write to the terminal.',
  },
]

const guard = (files, ...rules) => ({ files, rules: { 'no-restricted-syntax': rules.length === 0 ? 'off' : ['error', ...rules.flat()] } })

// Style, imports and unused names are Biome's; what needs types is asked here.
export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', '**/*.js', '**/*.cjs', '**/*.mjs'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // Numbers read well in a message; an object or a null does not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => { stop() }` says no more than `() => stop()`, and `return fail()` ends a function as clearly as two lines do.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      // A record by id is a map, and an entry of a fresh copy may go.
      '@typescript-eslint/no-dynamic-delete': 'off',
      // `[...text]` gives code points, which is what is meant where it stands.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // `for (;;)` with a return inside is the plainest way to write "until".
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'always' }],
      // A port is asynchronous even where one way of implementing it needs no waiting.
      '@typescript-eslint/require-await': 'off',
      // Biome reports these.
      '@typescript-eslint/no-unused-vars': 'off',
    },
  },
  guard(['src/**/*.ts'], time, surroundings, output),
  guard(['src/ui/**/*.ts'], time, surroundings),
  guard(['src/commands/**/*.ts'], time),
  guard(['src/adapters/clock/**/*.ts'], surroundings, output),
  guard(['src/compose/**/*.ts', 'src/adapters/understudy/**/*.ts']),
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // Matchers (expect.any, expect.stringContaining) and parsed JSON are of type any, and a test that is wrong about them fails.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      // A test may insist: if it is undefined, the test fails where it should.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
)
