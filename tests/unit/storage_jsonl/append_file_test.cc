#include "storage/jsonl/append_file.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/file_size_limit.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::storage {
namespace {

TEST(AppendFileTest, WritesAllOrNothing) {
  const testing::TemporaryDirectory folder;
  auto file = AppendFile::Open(folder / "file");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(file->Append("whole\n").ok());
  {
    const testing::FileSizeLimit limit(10);
    EXPECT_EQ(file->Append("does not fit\n").code(), StatusCode::kUnavailable);
  }
  ASSERT_TRUE(file->Append("fits\n").ok());
  EXPECT_EQ(*file->Read(0, 100), "whole\nfits\n");
  EXPECT_EQ(file->size(), 11u);
}

TEST(AppendFileTest, RoomSetAsideIsNotLength) {
  const testing::TemporaryDirectory folder;
  auto file = AppendFile::Open(folder / "file");
  ASSERT_TRUE(file->Append("a").ok());
  ASSERT_TRUE(file->Reserve(1 << 16).ok());
  ASSERT_TRUE(file->Append("b").ok());
  EXPECT_EQ(*file->Read(0, 100), "ab");
  EXPECT_EQ(AppendFile::Open(folder / "file")->size(), 2u);
}

}  // namespace
}  // namespace oofgg::storage
