import { startEmbedded } from './fixtures/contract-embedded.ts';
import { describeContract } from './fixtures/contract-masakari.ts';

describeContract('the embedded Masakari', startEmbedded);
