package server

// PageRoutes serves the page alone, for tests that put something else behind it.
var PageRoutes = pageRoutes
