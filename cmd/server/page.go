package server

import "net/http"

func pageRoutes(*http.ServeMux) {}
