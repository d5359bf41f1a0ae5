import { type AccountName, sharesConversations } from '../core/account.js'
import type { OpenSession } from '../core/work.js'
import type { Engine } from './engine.js'
import type { SessionRequest } from './ports/agent.js'

/** A conversation at the agent, and who has paid for it so far. */
export type Conversation = Pick<OpenSession, 'session' | 'account'>

/** Which conversation a session is held in, and who pays for it. */
export type ConversationStart = Pick<SessionRequest, 'session' | 'resumes' | 'account'>

/** The same conversation, as long as the program knows it; null: there is none to go on with. */
export async function knownConversation(engine: Engine, before: Conversation | null): Promise<Conversation | null> {
  return before !== null && (await engine.ports.agent.knows(before.session)) ? before : null
}

/** Goes on with the conversation where the account that pays now can read it; else a new one begins. */
export function chooseConversation(engine: Engine, before: Conversation | null, account: AccountName): ConversationStart {
  if (before !== null && sharesConversations(engine.options.accounts, before.account, account))
    return { session: before.session, resumes: true, account }
  return { session: engine.ports.chance.uuid(), resumes: false, account }
}
