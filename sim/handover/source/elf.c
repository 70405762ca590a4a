// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * ELF cores of physical memory: 64 bits, little-endian, PT_LOAD segments with physical addresses,
 * as virtual machines, vmcores and /proc/kcore have them.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/handover/source/source.h"

#define SEGMENTS_MAX (1u << 20)
#define NOTES_MAX (16u << 20)
#define NOTE_ALIGN(size) (((size) + 3) & ~3ull)

static int bad(const char *path, const char *what)
{
	return lfb__error(NULL, -EINVAL, "%.200s: no ELF core of memory: %s", path, what);
}

/* With too many for the header's field, the first section header has the number. */
static int count_headers(int fd, const Elf64_Ehdr *header, u64 *count)
{
	Elf64_Shdr section;

	*count = header->e_phnum;
	if (header->e_phnum != PN_XNUM)
		return 0;
	if (!header->e_shoff || lfb__source_pread(fd, &section, sizeof(section), header->e_shoff))
		return -EIO;
	*count = section.sh_info;
	return 0;
}

/*
 * The note of ours among those in a segment; whatever is wrong with them, there is none. @left:
 * bytes of notes that are still looked at.
 */
static int read_note(struct lfb_source *source, const Elf64_Phdr *header, u64 *left)
{
	const u64 size = header->p_filesz;
	u8 *notes;
	u64 at = 0;

	if (size > *left || source->note)
		return 0;
	*left -= size;
	notes = malloc(size + 1);
	if (!notes)
		return -ENOMEM;
	if (lfb__source_pread(source->fd, notes, size, header->p_offset))
		at = size;
	while (size - at >= sizeof(Elf64_Nhdr) && !source->note) {
		u64 name, text, end;
		Elf64_Nhdr note;

		memcpy(&note, notes + at, sizeof(note));
		name = at + sizeof(note);
		text = name + NOTE_ALIGN((u64)note.n_namesz);
		end = text + NOTE_ALIGN((u64)note.n_descsz);
		if (end > size)
			break;
		at = end;
		if (note.n_type != LFB_CORE_NOTE_TYPE || note.n_descsz > LFB_CORE_NOTE_MAX ||
		    note.n_namesz != sizeof(LFB_CORE_NOTE_NAME) ||
		    memcmp(notes + name, LFB_CORE_NOTE_NAME, sizeof(LFB_CORE_NOTE_NAME)))
			continue;
		source->note = malloc(note.n_descsz + 1ul);
		if (!source->note) {
			free(notes);
			return -ENOMEM;
		}
		memcpy(source->note, notes + text, note.n_descsz);
		source->note_size = note.n_descsz;
	}
	free(notes);
	return 0;
}

/* Others say 0 of it: of several that begin there nobody knows which is memory. */
static void drop_from_zero(struct lfb_source *source)
{
	size_t count = 0;

	for (size_t i = 0; i < source->nr_segments; i++) {
		if (source->segments[i].phys)
			source->segments[count++] = source->segments[i];
	}
	source->nr_segments = count;
}

static int read_headers(struct lfb_source *source, const Elf64_Ehdr *header, u64 count)
{
	u64 notes = NOTES_MAX, from_zero = 0;

	for (u64 i = 0; i < count; i++) {
		Elf64_Phdr segment;

		if (lfb__source_pread(source->fd, &segment, sizeof(segment),
				      header->e_phoff + i * sizeof(segment)))
			return -EIO;
		if (segment.p_type == PT_NOTE && read_note(source, &segment, &notes))
			return -ENOMEM;
		/* /proc/kcore says so of what has no physical address. */
		if (segment.p_type != PT_LOAD || segment.p_paddr == UINT64_MAX || !segment.p_memsz)
			continue;
		from_zero += !segment.p_paddr;
		source->segments[source->nr_segments++] = (struct lfb_segment){
			.phys = segment.p_paddr,
			.size = segment.p_memsz,
			.offset = segment.p_offset,
			.file_size = segment.p_filesz,
		};
	}
	if (from_zero > 1)
		drop_from_zero(source);
	return 0;
}

int lfb__source_read_elf(struct lfb_source *source, const char *path)
{
	Elf64_Ehdr header;
	u64 count;
	int err;

	if (lfb__source_pread(source->fd, &header, sizeof(header), 0))
		return bad(path, "it is cut off");
	if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
		return bad(path, "it is not of a 64-bit little-endian machine");
	if (header.e_type != ET_CORE || header.e_phentsize != sizeof(Elf64_Phdr))
		return bad(path, "it is another kind of ELF file");
	if (count_headers(source->fd, &header, &count) || count > SEGMENTS_MAX)
		return bad(path, "nobody can tell how many segments it has");
	source->segments = calloc(count + 1, sizeof(*source->segments));
	if (!source->segments)
		return lfb__error(NULL, -ENOMEM, "no memory to open a memory image");
	err = read_headers(source, &header, count);
	if (err == -EIO)
		return bad(path, "its program headers are cut off");
	if (err)
		return lfb__error(NULL, err, "no memory to open a memory image");
	if (!source->nr_segments)
		return bad(path, "it has no segment with a physical address");
	return 0;
}

int lfb__source_write_elf(const struct lfb_piece *pieces, size_t count, const void *note,
			  size_t note_size, u8 **bytes, size_t *size)
{
	const bool many = count + 1 >= PN_XNUM;
	const u64 headers = sizeof(Elf64_Ehdr) + (count + 1) * sizeof(Elf64_Phdr) +
			    (many ? sizeof(Elf64_Shdr) : 0);
	const Elf64_Nhdr about = { sizeof(LFB_CORE_NOTE_NAME), (Elf64_Word)note_size,
				   LFB_CORE_NOTE_TYPE };
	const u64 notes = sizeof(about) + sizeof(LFB_CORE_NOTE_NAME) + NOTE_ALIGN(note_size);
	u64 offset = PAGE_ALIGN(headers + notes);
	Elf64_Ehdr *header;
	Elf64_Phdr *segment;
	u8 *at;

	*size = offset;
	for (size_t i = 0; i < count; i++)
		*size += pieces[i].size;
	*bytes = malloc(*size);
	if (!*bytes)
		return lfb__error(NULL, -ENOMEM, "no memory for a core of %zu bytes", *size);
	memset(*bytes, 0, offset);
	header = (Elf64_Ehdr *)*bytes;
	*header = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(*header),
		.e_ehsize = sizeof(*header),
		.e_phentsize = sizeof(*segment),
		.e_phnum = many ? PN_XNUM : (Elf64_Half)(count + 1),
	};
	segment = (Elf64_Phdr *)(header + 1);
	*segment = (Elf64_Phdr){
		.p_type = PT_NOTE, .p_offset = headers, .p_filesz = notes, .p_align = 4,
	};
	if (many) {
		header->e_shoff = headers - sizeof(Elf64_Shdr);
		header->e_shentsize = sizeof(Elf64_Shdr);
		header->e_shnum = 1;
		((Elf64_Shdr *)(*bytes + header->e_shoff))->sh_info = (Elf64_Word)(count + 1);
	}
	at = *bytes + headers;
	memcpy(at, &about, sizeof(about));
	memcpy(at + sizeof(about), LFB_CORE_NOTE_NAME, sizeof(LFB_CORE_NOTE_NAME));
	memcpy(at + sizeof(about) + sizeof(LFB_CORE_NOTE_NAME), note, note_size);
	for (size_t i = 0; i < count; i++) {
		*++segment = (Elf64_Phdr){
			.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = offset,
			.p_paddr = pieces[i].phys, .p_filesz = pieces[i].size,
			.p_memsz = pieces[i].size, .p_align = PAGE_SIZE,
		};
		memcpy(*bytes + offset, pieces[i].bytes, pieces[i].size);
		offset += pieces[i].size;
	}
	return 0;
}
