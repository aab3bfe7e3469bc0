#pragma once

/// The library's version; CMake's project version is checked against it when configuring.
#define OOFGG_VERSION "0.1.0"
