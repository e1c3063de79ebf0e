package bolt

// plain is how files are opened: without privileges nobody plants links here, and there are no fifos among files.
const plain = 0
