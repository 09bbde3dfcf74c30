import { messageOf } from '../../handlers/lib/errors.ts';
import { systemClock } from '../../handlers/lib/io/clock.ts';
import { cutNetwork } from './demo-cut.ts';
import { tellFailure } from './demo-diagnose.ts';
import { problemsOf, textOf, untilSettled, wrongNotification } from './demo-expect.ts';
import { killHost } from './demo-kill.ts';
import { returnHost } from './demo-return.ts';
import { type Demo, untilReady } from './demo-setup.ts';
import type { Lane } from './demo-tell.ts';
import { isProbe } from './masakari-calls.ts';

/** Plays all of it, and says whether exactly the right notifications arrived. */
export async function playStory(demo: Demo): Promise<boolean> {
	const story = async () => {
		await untilReady(demo);
		const began = systemClock.uptime();
		const cut = await cutNetwork(demo);
		await killHost(demo);
		const left = await returnHost(demo);
		await untilSettled(demo);
		return { lanes: [cut, left], seconds: systemClock.uptime() - began };
	};
	try {
		const { lanes, seconds } = await Promise.race([story(), wrongNotification(demo)]);
		const problems = problemsOf(demo);
		if (problems.length > 0) return await fail(demo, problems);
		succeed(demo, lanes, seconds);
		return true;
	} catch (error) {
		const cause = error instanceof Error && error.cause ? [messageOf(error.cause)] : [];
		return fail(demo, [messageOf(error), ...cause]);
	}
}

function succeed({ teller, masakari }: Demo, lanes: readonly Lane[], seconds: number): void {
	const notifications = masakari.notifications.map(textOf);
	const now = systemClock.uptime();
	const untouched = lanes.map(({ host, began }) => `${host} for ${(now - began).toFixed(0)} s`);
	teller.heading('Masakari was told, and nothing else:');
	const lines = [
		...notifications.map((text) => `  ${text}`),
		`Left alone: ${untouched.join(', ')}.`,
		`Passed in ${seconds.toFixed(0)} s.`,
	];
	const fields = { passed: true, notifications, seconds: Math.round(seconds) };
	teller.note('result', lines.join('\n'), fields);
}

async function fail(demo: Demo, problems: readonly string[]): Promise<false> {
	const { calls, notifications } = demo.masakari;
	const posts = calls.filter((call) => call.method === 'POST' && !isProbe(call));
	return await tellFailure(demo, problems, notifications.map(textOf), { masakari: posts });
}
