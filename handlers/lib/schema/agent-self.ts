import { compile } from './compile.ts';
import { parserOf } from './input.ts';
import { theirs } from './parts.ts';

/** `/v1/agent/self`: who the local agent is. */
export interface AgentSelf {
	readonly Config: { readonly NodeName: string; readonly Version: string };
}

const string = { type: 'string', minLength: 1 };

/** The local agent's word on itself. */
export const parseAgentSelf = parserOf(
	compile<AgentSelf>(
		'agent-self',
		theirs<AgentSelf>({
			Config: theirs<AgentSelf['Config']>({ NodeName: string, Version: string }),
		}),
	),
);
