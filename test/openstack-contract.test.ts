import { describeContract } from './fixtures/contract-masakari.ts';
import { startContractServer } from './fixtures/contract-openstack.ts';

describeContract('the real Masakari', startContractServer);
