// What is the same for every case: who the two sides are and what the clock on the wall says.
/** The testee's replica id. */
export const testeeReplica = '00112233445566778899aabbccddeeff';
/** The kit's own. */
export const kitReplica = 'ffeeddccbbaa99887766554433221100';
/** What the testee's wall clock says. */
export const wallClock = '2026-03-01T08:00:00Z';
/** The name of the testee's device. */
export const testeeName = 'Testee';
/** Of the kit; the control protocol tells it to testees. */
export const kitVersion = '0.1.0';
