// Included first, in ThreadSanitizer builds, by whoever includes generated code (OofggProtobuf.cmake).
//
// Seen by TSan, protobuf's map_field.h gives map fields two more members. The system's libprotobuf was built
// without them, so that the two disagree about every message with a map. Here the header is read as the
// library was; the standard library's own headers come first, since they rightly behave otherwise under TSan.
#pragma once

#include <functional>
#include <memory>
#include <string>

#pragma push_macro("__SANITIZE_THREAD__")
#undef __SANITIZE_THREAD__
#include <google/protobuf/map_field.h>
#pragma pop_macro("__SANITIZE_THREAD__")
