import type { Demo } from './demo-setup.ts';
import type { Lane } from './demo-tell.ts';
import { untilCheckNames, untilSerf } from './demo-watch.ts';

/** Takes a host's first network away; resolves when a controller says why it leaves that host alone. */
export async function cutNetwork({
	cloud,
	teller,
	cut,
}: Pick<Demo, 'cloud' | 'teller' | 'cut'>): Promise<Lane> {
	const { hub: network } = cloud;
	teller.heading(`${cut} loses its ${network} network. Nothing may happen`);
	const text = `its agent on ${network} is killed: storage works, so do its VMs`;
	const lane = teller.lane(cut, 'cut', text, { network });
	await cloud.host(cut).agent(network).kill();
	await untilSerf(cloud, network, cut, 'critical');
	lane.tell('serf_critical', `serfHealth critical on ${network}`, { network });
	const { controller, line } = await untilCheckNames(cloud, cut);
	lane.tell('left_alone', `why nothing: the check of ${controller} says\n"${line}"`, {
		controller,
		line,
	});
	return lane;
}
