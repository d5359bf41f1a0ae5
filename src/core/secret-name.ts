const secretName = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL/i
/** Places of keys, names of git settings and amounts of tokens are not secret, and taking them out would garble paths. */
const harmlessName = /^GIT_CONFIG_KEY_|_(DIR|PATH|FILE)$|TOKENS$/i

/** Whether an environment variable of that name holds a secret, by the name. */
export const isSecretName = (name: string): boolean => secretName.test(name) && !harmlessName.test(name)
