/** What an operator does to a recovered host before it returns, by Masakari's API; a refusal throws. */
export async function clearMaintenance(url: string, host: string): Promise<void> {
	const { segments } = (await get(`${url}/segments`)) as Segments;
	for (const { uuid } of segments) {
		const { hosts } = (await get(`${url}/segments/${uuid}/hosts`)) as Hosts;
		const found = hosts.find(({ name }) => name === host);
		if (found === undefined) continue;
		const response = await fetch(`${url}/segments/${uuid}/hosts/${found.uuid}`, {
			method: 'PUT',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ host: { on_maintenance: false } }),
		});
		if (!response.ok) throw new Error(`Masakari: ${response.status} ${await response.text()}`);
		return;
	}
	throw new Error(`Masakari has no host ${host}`);
}

interface Segments {
	readonly segments: readonly { readonly uuid: string }[];
}

interface Hosts {
	readonly hosts: readonly { readonly uuid: string; readonly name: string }[];
}

async function get(url: string): Promise<unknown> {
	const response = await fetch(url);
	if (!response.ok) throw new Error(`${url}: ${response.status}`);
	return response.json();
}
